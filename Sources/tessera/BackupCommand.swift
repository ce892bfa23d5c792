import Gateway
import Journeys
import Platform
import Store

/// `tessera backup` and `tessera restore`: decision 0016.
enum BackupCommand {
    static let usage = """
        usage: tessera backup --data DIR --to NEWDIR [--with-secret-key]

        Copies a data directory as it is at one moment, while the gateway runs or not, into a directory that is empty or does
        not exist yet: databases, the plugin store and a manifest with their digests. A backup without its manifest.json was
        interrupted.

          --with-secret-key  take DATA/secret.key along too. Without it the backup tells nobody destinations' secrets; keep
                             that file, or TESSERA_SECRET_KEY, in another place: a gateway does not start without it
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("backup", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--data", "--to"], flags: ["--with-secret-key"])
        } _: { options in
            let report = try Backup.make(
                dataDirectory: try options.required("--data"), to: try options.required("--to"),
                includesSecretKey: options.has("--with-secret-key"), version: Version.text, now: SystemClock().now())
            Terminal.print(report.text)
        }
    }
}

enum RestoreCommand {
    static let usage = """
        usage: tessera restore --from BACKUP --data NEWDIR

        Makes a data directory of a backup, in a directory that is empty or does not exist yet. Each file is compared with the
        manifest, each database checked; on any fault nothing is left. Runs that went on at the backup's moment go on when a
        gateway is started on NEWDIR: see that no other one still runs on the old directory.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("restore", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--from", "--data"])
        } _: { options in
            let data = try options.required("--data")
            let report = try Backup.restore(from: try options.required("--from"), dataDirectory: data)
            Terminal.print(report.text)
            if !report.hasSecretKey {
                Terminal.complain(
                    "tessera restore: the backup has no secret.key: put the one of its gateway into \(data) (mode 0600), or set "
                        + "TESSERA_SECRET_KEY, before you start")
            }
        }
    }
}

extension Backup.Report {
    fileprivate var text: String {
        let json: JSON = [
            "files": .integer(Int64(files)), "bytes": .integer(bytes), "created_at": .string(Timestamp.api(createdAt)),
            "secret_key": .bool(hasSecretKey),
        ]
        return json.text
    }
}
