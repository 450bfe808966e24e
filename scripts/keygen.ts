import { Keypair } from '@solana/web3.js';
import { runScript } from './command-line.ts';
import { deploymentLines, escrowLines } from './keygen-lines.ts';

await runScript({
  name: 'keygen',
  about: 'Makes a new escrow account: ESCROW_KEYPAIR and its address; or the secrets of a deployment.',
  options: {
    deployment: { about: 'the secrets that docker-compose.yml asks for, ready for .env' },
  },
  examples: ['steward keygen', 'steward keygen --deployment >> .env'],
  notes: `Nothing is stored: what is printed exists nowhere else. Keep ESCROW_KEYPAIR and STEWARD_DATA_KEY where they cannot be
lost: without the first the escrowed money is out of reach, without the second what is sealed in the database is.`,
  run({ values }) {
    const lines = values.deployment ? deploymentLines() : escrowLines(Keypair.generate());
    process.stdout.write(`${lines.join('\n')}\n`);
  },
});
