import Glibc
import Journeys
import Platform
import PluginHost

// Deliveries at the plugin's boundary: the shipped sync and webhook plugins, real sockets, real limits; no engine.
// usage: DeliveryBench single FOLDER PORT ROWS | batch FOLDER PORT ROWS | dead FOLDER ROWS PORT… MUTE_PORT
// single and batch print members a second; dead prints the seconds that the others take without and with the dead one.
let arguments = Array(CommandLine.arguments.dropFirst())

/// The id of the destination of that number.
func id(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

func rate(_ batchSize: Int) throws {
    guard let port = Int(arguments[2]), let rows = Int(arguments[3]) else {
        throw Courier.Failure(description: "usage")
    }
    let courier = try Courier(folder: arguments[1], destinations: [(id(0), port, batchSize)])
    let batch = Courier.batch(8192)
    _ = try courier.deliver(batch, times: 2, to: id(0))
    let times = max(1, rows / batch.count)
    let seconds = try courier.deliver(batch, times: times, to: id(0))
    print(Int(Double(times * batch.count) / seconds))
    courier.stop()
}

/// All at once, each on a thread: the seconds until the last has ended.
func seconds(_ courier: Courier, _ ids: [String], rows: Int) throws -> Double {
    let batch = Courier.batch(2048)
    nonisolated(unsafe) let shared = courier
    let errors = Monitor<[String]>([])
    let began = Stopwatch.now()
    let threads = ids.map { id in
        NativeThread(name: id) {
            do { _ = try shared.deliver(batch, times: max(1, rows / batch.count), to: id) } catch {
                errors.update { $0.append("\(error)") }
            }
        }
    }
    threads.forEach { $0.join() }
    if let error = errors.withLock({ $0.first }) { throw Courier.Failure(description: error) }
    return Stopwatch.now() - began
}

func dead() throws {
    guard let rows = Int(arguments[2]), arguments.count > 4 else { throw Courier.Failure(description: "usage") }
    let ports = arguments[3...].compactMap { Int($0) }
    let ids = ports.indices.map(id)
    let courier = try Courier(
        folder: arguments[1], destinations: zip(ids, ports).map { (id: $0, port: $1, batchSize: 1) })
    let living = Array(ids.dropLast())
    _ = try seconds(courier, living, rows: 4096)
    // In turns: the machine has slow phases.
    for _ in 0..<5 {
        let alone = try seconds(courier, living, rows: rows)
        for _ in 0..<4 { courier.begin(Courier.batch(8192), to: ids[ids.count - 1]) }
        let beside = try seconds(courier, living, rows: rows)
        print("\(alone) \(beside)")
        fflush(nil)
    }
    exit(0)
}

do {
    switch arguments.first {
    case "single" where arguments.count == 4: try rate(1)
    case "batch" where arguments.count == 4: try rate(500)
    case "dead": try dead()
    default: throw Courier.Failure(description: "scripts/bench delivery starts it")
    }
} catch {
    print("DeliveryBench: \(error)")
    exit(1)
}
