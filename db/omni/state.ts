import type { OmniMode } from '../../domain/omni/config.ts';
import type { Queryable } from '../ledger.ts';

/** What all processes know of the treasury and of the files that count. Minor units; the coin's are wei. */
export interface OmniState {
  mode: OmniMode;
  /** CAIP-19 of the asset that is paid in this mode. */
  token: string | null;
  treasuryAddress: string | null;
  /** On the chain, where it was seen at most 30 s ago; null where it is not known, and in mock mode. */
  chainBalance: bigint | null;
  gasBalance: bigint | null;
  lowBalance: bigint;
  highReserve: number;
  mockBalance: bigint;
  burst: boolean;
  filesHash: string;
  version: number;
  loadedAt: Date;
}

/** How long a look at the chain counts (omni.md, "Amendments"). */
export const LOOK_COUNTS_MS = 30_000;

interface StateRow {
  mode: OmniMode;
  token: string | null;
  treasury_address: string | null;
  chain_balance: string | null;
  gas_balance: string | null;
  low_balance: string;
  high_reserve: number;
  mock_balance: string;
  burst: boolean;
  files_hash: string;
  version: number;
  loaded_at: Date;
}

const toBigInt = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/** Undefined until a worker or an API process has loaded the files. */
export async function readState(db: Queryable, tenant: string): Promise<OmniState | undefined> {
  const { rows } = await db.query<StateRow>({
    name: 'omni_state_read',
    text: `select mode, token, treasury_address, low_balance::text, high_reserve, mock_balance::text, burst, files_hash,
             version, loaded_at,
             case when chain_seen_at > clock_timestamp() - $2 * interval '1 ms' then chain_balance::text end as chain_balance,
             case when chain_seen_at > clock_timestamp() - $2 * interval '1 ms' then gas_balance::text end as gas_balance
           from omni_state where tenant = $1`,
    values: [tenant, LOOK_COUNTS_MS],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    mode: row.mode,
    token: row.token,
    treasuryAddress: row.treasury_address,
    chainBalance: toBigInt(row.chain_balance),
    gasBalance: toBigInt(row.gas_balance),
    lowBalance: BigInt(row.low_balance),
    highReserve: row.high_reserve,
    mockBalance: BigInt(row.mock_balance),
    burst: row.burst,
    filesHash: row.files_hash,
    version: row.version,
    loadedAt: row.loaded_at,
  };
}

/** What a worker found out about how it pays. */
export const writeMode = async (
  db: Queryable,
  tenant: string,
  { mode, token, treasuryAddress }: Pick<OmniState, 'mode' | 'token' | 'treasuryAddress'>,
): Promise<void> =>
  void (await db.query(
    'update omni_state set mode = $2, token = $3, treasury_address = $4 where tenant = $1',
    [tenant, mode, token, treasuryAddress],
  ));

/** A look at the chain that its node has answered. */
export const writeLook = async (
  db: Queryable,
  tenant: string,
  { chainBalance, gasBalance }: { chainBalance: bigint; gasBalance: bigint | null },
): Promise<void> =>
  void (await db.query(
    `update omni_state set chain_balance = $2, gas_balance = $3, chain_seen_at = clock_timestamp() where tenant = $1`,
    [tenant, chainBalance.toString(), gasBalance?.toString() ?? null],
  ));

/** How a service answered. */
export const writeHealth = async (
  db: Queryable,
  tenant: string,
  id: string,
  { healthy, latencyMs }: { healthy: boolean; latencyMs: number | null },
): Promise<'healthy' | 'unhealthy' | 'unknown' | undefined> => {
  const { rows } = await db.query<{ before: 'healthy' | 'unhealthy' | 'unknown' }>(
    `with old as (select id, health from omni_service where tenant = $1 and id = $2 for update)
     update omni_service s set health = $3, latency_ms = $4, checked_at = clock_timestamp(),
       failures = case when $3 = 'healthy' then 0 else s.failures + 1 end
     from old where s.tenant = $1 and s.id = old.id returning old.health as before`,
    [tenant, id, healthy ? 'healthy' : 'unhealthy', latencyMs],
  );
  return rows[0]?.before;
};
