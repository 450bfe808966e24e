import type { Config } from './config.ts';

export type TemporalSettings = Pick<Config, 'TEMPORAL_ADDRESS' | 'TEMPORAL_TLS' | 'TEMPORAL_API_KEY'>;

/** How to reach Temporal: the same for native connections of workers and gRPC connections of clients. */
export function temporalOptions(config: TemporalSettings): { address: string; tls?: true; apiKey?: string } {
  if (config.TEMPORAL_ADDRESS === undefined)
    throw new Error(
      'TEMPORAL_ADDRESS is not set. Point it to a Temporal server, or use npm start, which brings its own.',
    );
  return {
    address: config.TEMPORAL_ADDRESS,
    ...(config.TEMPORAL_TLS || config.TEMPORAL_API_KEY !== undefined ? { tls: true as const } : {}),
    ...(config.TEMPORAL_API_KEY === undefined ? {} : { apiKey: config.TEMPORAL_API_KEY }),
  };
}

/** Settings without which a process cannot work; the message says the way out. */
export function required<C extends object, K extends keyof C & string>(
  config: C,
  name: K,
): NonNullable<C[K]> {
  const value = config[name];
  if (value === undefined || value === null)
    throw new Error(
      `${name} is not set. See .env.example; npm start needs none of it, because it brings everything itself.`,
    );
  return value;
}
