extension DocsPage {
    static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8882; --link: #36c; }
        @media (prefers-color-scheme: dark) { :root { --link: #8af; } }
        * { box-sizing: border-box; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
        header { display: flex; gap: 1.5em; align-items: center; flex-wrap: wrap; padding: .6em 1.2em; position: sticky; top: 0;
          background: Canvas; border-bottom: 1px solid var(--line); z-index: 1; }
        h1 { font-size: 1.2em; margin: 0; flex: 1; }
        h2 { margin: 1.6em 0 .2em; } h3 { margin: 1.2em 0 .3em; font-size: 1em; }
        main { max-width: 62em; margin: 0 auto; padding: 1em 1.2em 6em; }
        a { color: var(--link); }
        code, pre, textarea, .path { font-family: ui-monospace, monospace; font-size: .92em; }
        pre { background: var(--soft); padding: .7em; overflow: auto; max-height: 30em; margin: .3em 0; }
        input, select, textarea, button { font: inherit; padding: .25em .5em; }
        textarea { width: 100%; min-height: 10em; }
        details { border: 1px solid var(--line); border-radius: .4em; margin: .4em 0; }
        details > div { padding: 0 1em 1em; }
        [id] { scroll-margin-top: 4.5em; }
        summary { padding: .4em .8em; cursor: pointer; }
        summary span { margin-right: .8em; }
        .method { display: inline-block; min-width: 4.5em; font-weight: 700; }
        .get { color: #2a7; } .post { color: #36c; } .put { color: #b70; } .delete { color: #c33; }
        .note { opacity: .75; }
        table { border-collapse: collapse; width: 100%; }
        td { border-top: 1px solid var(--line); padding: .25em .8em .25em 0; vertical-align: top; }
        td:first-child { white-space: nowrap; }
        td > p { margin: 0; }
        ul { margin: 0; padding-left: 1.2em; }
        """
}
