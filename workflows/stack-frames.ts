/**
 * Loaded once for each context of the sandbox, before any workflow. Temporal keeps a stack for every promise, for the
 * "Stack Trace" of its Web UI, and maps each frame to its source: with V8's ten frames that was half of what a run cost
 * the workflow thread. Two frames say where an error was thrown and who called; where a run stands is in its details.
 */
Object.assign(Error, { stackTraceLimit: 2 });
