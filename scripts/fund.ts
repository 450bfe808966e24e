import { loadConfig } from '../families/config.ts';
import { SOLANA_TOKEN } from '../embedded/chains/deploy/solana.ts';
import { localAssetsOf, walletOf } from '../embedded/chains/of-stack.ts';
import { requireOwnApi, requireStack } from './local-stack.ts';
import { createDemoClient } from '../demo/client.ts';
import { fundEscrow, readDeposit } from '../demo/fund-escrow.ts';
import { createScreen } from '../demo/screen.ts';
import { runScript, UsageError } from './command-line.ts';

await runScript({
  name: 'fund',
  about: `Gives a user of the local stack money to spend: opens the user's escrow and deposits from a wallet that the local
chain keeps for that user, over the API of the running stack, as the user would.`,
  arguments: {
    USER: 'whose escrow',
    '[AMOUNT]': 'how much USDC (5), out of the 10000 that each local wallet begins with',
  },
  options: {
    data: { value: 'DIR', about: "the stack's folder (DATA_DIR, ./data): its stack.env has the addresses" },
    api: { value: 'URL', about: 'another API of the same stack' },
  },
  examples: ['steward fund demo_user', 'steward fund demo_user 20 --data /tmp/steward'],
  notes: `An API with keys gets STEWARD_ADMIN_KEY.`,
  async run({ values, positionals: [user, amount] }) {
    if (user === undefined) throw new UsageError('Which user? steward fund USER [AMOUNT]');
    if (amount !== undefined) readDeposit(amount, SOLANA_TOKEN);
    const own = loadConfig();
    const stack = requireStack(values.data ?? own.DATA_DIR);
    const api = await requireOwnApi(stack, values.api);
    const local = await localAssetsOf(stack);
    if (local === undefined)
      throw new Error(
        `The chains of ${stack.dir} are not local: deposit from a wallet of your own (docs/ESCROW.md).`,
      );
    const client = createDemoClient(api, own.STEWARD_ADMIN_KEY ?? stack.config.STEWARD_ADMIN_KEY);
    const wallet = await walletOf(stack, local, user);
    await fundEscrow(createScreen(), client, local, user, amount ?? '5', wallet);
  },
});
