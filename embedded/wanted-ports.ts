import type { Config } from '../families/config.ts';
import type { Family } from '../families/define.ts';
import type { WantedPort } from './ports.ts';

interface Wish {
  families: readonly Family[];
  /** False: the API is started by somebody else, later. */
  application: boolean;
  standIns: boolean;
}

/** Every port that a start of the stack will take: those of the parts that the configuration does not name. */
export function wantedPorts(config: Config, { families, application, standIns }: Wish): WantedPort[] {
  const chains = config.SOLANA_RPC_URL === undefined && config.EVM_RPC_URL === undefined;
  const { SURFPOOL_PORT: surfpool } = config;
  return [
    ...(application ? [{ name: 'The API', port: config.PORT, setting: '--port or PORT' }] : []),
    ...(config.DATABASE_URL === undefined ? [of('PostgreSQL', config.POSTGRES_PORT, 'POSTGRES_PORT')] : []),
    ...(config.TEMPORAL_ADDRESS === undefined
      ? [
          of('Temporal', config.TEMPORAL_PORT, 'TEMPORAL_PORT'),
          of('Temporal Web UI', config.TEMPORAL_UI_PORT, 'TEMPORAL_UI_PORT'),
        ]
      : []),
    ...(chains
      ? [
          of('anvil', config.ANVIL_PORT, 'ANVIL_PORT'),
          of('surfpool', surfpool, 'SURFPOOL_PORT'),
          of('surfpool WebSocket', surfpool === 0 ? 0 : surfpool + 1, WEBSOCKET_SETTING),
          of('facilitator', config.FACILITATOR_PORT, 'FACILITATOR_PORT'),
          of('sample services', config.SERVICES_PORT, 'SERVICES_PORT'),
        ]
      : []),
    ...(standIns ? families.flatMap((family) => family.standInPorts?.(config) ?? []) : []),
  ];
}

/** Solana's clients look for the WebSocket on the next port, so it has no setting of its own. */
export const WEBSOCKET_SETTING = 'SURFPOOL_PORT (the WebSocket is on the next port)';

const of = (name: string, port: number, setting: string): WantedPort => ({ name, port, setting });
