import Glibc

/// The `tessera` command: each subcommand has a file of its own.
let usage = """
    usage: tessera COMMAND [OPTION…]

      serve             run the gateway
      config            show the settings of a start, and where each is from
      workspace create  make a workspace with its embedded source and its first key
      key               make, list, rotate and revoke API keys
      backup            copy a data directory while its gateway runs
      restore           make a data directory of a backup
      plugin            write, check, list, load, reload, roll back and retire plugins
      run               start a run of a live gateway's journey, and follow it
      simulate          run a journey of a live gateway in virtual time, with nothing sent
      export            print a journey of a live gateway as a file, with what it refers to
      import            make what such a file has, or bring it up to date
      openapi           print the API's description, as /api/v1/openapi.json serves it
      receiver          a small HTTP server that shows what webhooks deliver
      version           print the version

    tessera COMMAND --help tells more.
    """

// A peer that goes away shows as an error of the write, not as the end of the process.
signal(SIGPIPE, SIG_IGN)
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "serve": exit(ServeCommand.run(Array(arguments.dropFirst())))
case "config": exit(ConfigCommand.run(Array(arguments.dropFirst())))
case "workspace": exit(WorkspaceCommand.run(Array(arguments.dropFirst())))
case "key": exit(KeyCommand.run(Array(arguments.dropFirst())))
case "backup": exit(BackupCommand.run(Array(arguments.dropFirst())))
case "restore": exit(RestoreCommand.run(Array(arguments.dropFirst())))
case "plugin": exit(PluginCommand.run(Array(arguments.dropFirst())))
case "run": exit(RunCommand.run(Array(arguments.dropFirst())))
case "simulate": exit(SimulateCommand.run(Array(arguments.dropFirst())))
case "export": exit(ExportCommand.run(Array(arguments.dropFirst())))
case "import": exit(ImportCommand.run(Array(arguments.dropFirst())))
case "openapi": exit(OpenAPICommand.run(Array(arguments.dropFirst())))
case "receiver": exit(Receiver.run(arguments: Array(arguments.dropFirst())))
case "version", "--version":
    Terminal.print(Version.text)
    exit(0)
case "help", "--help", "-h":
    Terminal.print(usage)
    exit(0)
case let command?:
    Terminal.complain("tessera: there is no command '\(command)'\n\(usage)")
    exit(2)
case nil:
    Terminal.complain(usage)
    exit(2)
}
