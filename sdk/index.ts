export { ConnectionError, StewardError } from './errors.ts';
export type { CallOptions, ClientOptions } from './http.ts';
export type { AmountInput } from './money.ts';
export { ReasoningClient, type Approval, type NewWorkflow, type PageOptions } from './reasoning-client.ts';
export type { StreamOptions } from './reasoning-stream.ts';
export type { WaitOptions } from './reasoning-wait.ts';
