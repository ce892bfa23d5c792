import Crypto

/// The page at `/docs`: reads `/api/v1/openapi.json` and shows it. Everything it needs is in it, and text is only ever put
/// into it as text, so that no answer of the gateway can become markup.
enum DocsPage {
    /// Marks the script and the style that the policy lets through. Nothing of a request is in the page, so that one for
    /// the whole life of the process is as good as one for each answer.
    private static let nonce = (try? Crypto.uuid()) ?? "none"

    static let policy = """
        default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'
        """

    static let bytes = Array(page.utf8)

    private static let page = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Tessera API</title>
        <style nonce="\(nonce)">
        \(style)
        </style>
        </head>
        <body>
        <header>
        <h1>Tessera API</h1>
        <label>API key <input id="key" type="password" autocomplete="off" placeholder="sk_live_…"></label>
        <label>Find <input id="find" type="search" placeholder="journeys, stats …"></label>
        </header>
        <main id="main"><p>Reading <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> …</p></main>
        <noscript><p>This page needs its script; the same is in <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></noscript>
        <script nonce="\(nonce)">
        \(script)
        </script>
        </body>
        </html>
        """
}
