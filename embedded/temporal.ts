export { startTemporal, type RunningTemporal } from './temporal/dev-server.ts';
export { resolveTemporal } from './temporal/resolve.ts';
