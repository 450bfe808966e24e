export { startTemporal, type RunningTemporal, type StartTemporalOptions } from './temporal/dev-server.ts';
export { resolveTemporal, type ResolveTemporalOptions, type TemporalServer } from './temporal/resolve.ts';
