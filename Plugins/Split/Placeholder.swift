// Placeholder until the plugin is built.
