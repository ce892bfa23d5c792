import Crypto
import Testing

@Suite struct CryptoTests {
    @Test func sha256AndHMACMatchPublishedVectors() {
        #expect(
            Crypto.hex(Crypto.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        // RFC 4231, test case 2.
        #expect(
            Crypto.hex(Crypto.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func aSecretOpensOnlyInItsOwnContext() throws {
        let box = try SecretBox(key: Array(0..<32))
        let sealed = try box.seal(Array("token".utf8), context: Array("workspace/field".utf8))
        #expect(try box.open(sealed, context: Array("workspace/field".utf8)) == Array("token".utf8))
        #expect(throws: CryptoError.self) { try box.open(sealed, context: Array("other/field".utf8)) }
        var changed = sealed
        changed[13] ^= 1
        #expect(throws: CryptoError.self) { try box.open(changed, context: Array("workspace/field".utf8)) }
        #expect(throws: CryptoError.self) { try SecretBox(key: [1]) }
    }

    @Test func uuidsAreLowerCaseVersion4() throws {
        let id = try Crypto.uuid()
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }
}
