import type { Witnesses } from '../../domain/receipts/on-chains.ts';
import { DEMO_USER } from '../../embedded/chains/of-stack.ts';
import { loadConfig } from '../../families/config.ts';
import { UsageError } from '../command-line.ts';
import { requireOwnApi, requireStack } from '../local-stack.ts';
import { witnessesOf } from './witnesses.ts';

export interface Where {
  url?: string | undefined;
  key?: string | undefined;
  user?: string | undefined;
  data?: string | undefined;
}

/** An API, who asks it, and the nodes that say what became of payments. */
export interface Connection {
  baseUrl: string;
  apiKey: string | undefined;
  user: string;
  witnesses: Witnesses;
  /** True where something but the API can be asked about payments. */
  hasNodes: boolean;
  /** Options that another command needs to reach the same API. */
  options: string;
  fundWith: string;
  close(): void;
}

/** The API that was named, else that of the local stack, which is told apart from others on the same port. */
export async function connect({ url, key, user, data }: Where): Promise<Connection> {
  const own = loadConfig();
  const apiKey = key ?? process.env['STEWARD_API_KEY'];
  if (url !== undefined) {
    if (user === undefined) throw new UsageError('Whose task? Name the user of that API with --user.');
    if (!URL.canParse(url))
      throw new UsageError(`--url must be an address such as http://localhost:8000, not "${url}".`);
    const fundWith = 'Deposit into the escrow of that user first: docs/ESCROW.md says how.';
    return {
      baseUrl: url,
      apiKey,
      user,
      fundWith,
      options: ` --user ${user} --url ${url}`,
      hasNodes: false,
      ...witnessesOf(undefined, undefined),
    };
  }
  const stack = requireStack(data ?? own.DATA_DIR, 'or an API with --url');
  const { config } = stack;
  const who = user ?? DEMO_USER;
  const folder = data === undefined ? '' : ` --data ${data}`;
  return {
    baseUrl: await requireOwnApi(stack),
    apiKey: apiKey ?? own.STEWARD_ADMIN_KEY ?? config.STEWARD_ADMIN_KEY,
    user: who,
    fundWith: `Money for it, in another terminal: npx steward fund ${who}${folder}`,
    options: `${user === undefined ? '' : ` --user ${user}`}${folder}`,
    hasNodes: true,
    ...witnessesOf(config.EVM_RPC_URL, config.SOLANA_RPC_URL),
  };
}
