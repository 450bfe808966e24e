import '../config/quiet-bindings.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../families/config.ts';
import { deployLocalAssets } from '../embedded/chains/deploy.ts';
import { parseSeed } from '../embedded/chains/keys.ts';
import { deriveLocalKeys } from '../embedded/chains/local-assets.ts';
import { createDemoClient } from '../demo/client.ts';
import { fundEscrow } from '../demo/fund-escrow.ts';
import { createScreen } from '../demo/screen.ts';
import { runScript } from './command-line.ts';

await runScript({
  name: 'fund',
  about: `Gives a user of the local stack money to spend: opens the user's escrow and deposits from the local demo wallet,
over the API of the running stack, as a user would.`,
  arguments: { USER: 'whose escrow', '[AMOUNT]': 'how much (5 USDC)' },
  options: {
    data: { value: 'DIR', about: "the stack's folder (DATA_DIR, ./data)" },
    api: { value: 'URL', about: 'the API (http://127.0.0.1:PORT)' },
  },
  examples: ['steward fund demo_user', 'steward fund demo_user 20 --api http://127.0.0.1:8000'],
  async run({ values, positionals }) {
    const [user, amount = '5'] = positionals;
    if (user === undefined) throw new Error('Which user? npm run fund -- USER [AMOUNT]');
    const config = loadConfig();
    const dir = values.data ?? config.DATA_DIR;
    const stack = parseEnv(readFileSync(join(dir, 'stack.env'), 'utf8'));
    const seed = parseSeed(readFileSync(join(dir, 'local-chains.seed'), 'utf8').trim());
    const { EVM_RPC_URL, SOLANA_RPC_URL } = stack;
    if (EVM_RPC_URL === undefined || SOLANA_RPC_URL === undefined)
      throw new Error(`${dir}/stack.env names no local chains.`);
    const local = await deployLocalAssets({
      evmRpcUrl: EVM_RPC_URL,
      solanaRpcUrl: SOLANA_RPC_URL,
      keys: deriveLocalKeys(seed),
    });
    const client = createDemoClient(
      values.api ?? `http://127.0.0.1:${config.PORT}`,
      config.STEWARD_ADMIN_KEY,
    );
    await fundEscrow(createScreen(), client, local, user, amount);
  },
});
