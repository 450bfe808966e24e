import '../quiet-bindings.ts';
import type { Witnesses } from './verify-chains.ts';
import { runScript } from './command-line.ts';
import { checkOnChains } from './verify-chains.ts';
import { createEvmWitness } from './verify-evm.ts';
import { exitCodeOf, verdictJson, verdictLines } from './verify-lines.ts';
import { checkOnPaper } from './verify-paper.ts';
import { readJson, readReceipt } from './verify-read.ts';
import { createSolanaWitness } from './verify-solana.ts';

const HELP = `steward verify RECEIPT [options]     whether a run's receipt (GET /runs/{id}/receipt) holds

Needs no server: it computes every hash again, checks the signature, and whether approvals, payments and ledger agree.
With nodes of the chains it looks up each transaction there, too.

  --public-key KEY    base64, what the issuer's GET /receipts/key says; else only the key inside the receipt is used
  --input FILE        the run's input as JSON, as GET /runs/{id} shows it
  --output FILE       its output as JSON
  --events FILE       its events as JSON, as GET /runs/{id}/events shows them
  --evm-rpc URL       a node of the EVM chain
  --solana-rpc URL    a node of the Solana cluster
  --json              the findings as JSON
  --help

Exit code 0: nothing failed (what was not checked is listed). 1: something failed, or the file is no receipt.
2: nothing failed, but a node that was named did not answer.
`;

await runScript({
  help: HELP,
  options: {
    'public-key': { type: 'string' },
    input: { type: 'string' },
    output: { type: 'string' },
    events: { type: 'string' },
    'evm-rpc': { type: 'string' },
    'solana-rpc': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  positionals: 1,
  async run({ values, positionals: [file] }) {
    if (file === undefined) throw new Error('Which receipt? steward verify receipt.json');
    const receipt = readReceipt(file);
    const given = (name: 'input' | 'output' | 'events') => {
      const path = values[name];
      return path === undefined ? {} : { [name]: readJson(path) };
    };
    const publicKey = values['public-key'];
    const trusted = publicKey !== undefined;
    const paper = checkOnPaper(receipt, {
      publicKey,
      ...given('input'),
      ...given('output'),
      ...given('events'),
    });
    const { witnesses, close } = witnessesOf(values['evm-rpc'], values['solana-rpc']);
    const findings = [...paper, ...(await checkOnChains(receipt, witnesses).finally(close))];
    process.exitCode = exitCodeOf(findings);
    const said = values.json ? [verdictJson(findings, trusted)] : verdictLines(receipt, findings, trusted);
    process.stdout.write(`${said.join('\n')}\n`);
  },
});

function witnessesOf(evmRpc: string | undefined, solanaRpc: string | undefined) {
  const evm = evmRpc === undefined ? undefined : createEvmWitness(evmRpc);
  const solana = solanaRpc === undefined ? undefined : createSolanaWitness(solanaRpc);
  const witnesses: Witnesses = {
    of: (network) =>
      network.startsWith('eip155:')
        ? { witness: evm, option: '--evm-rpc' }
        : { witness: solana, option: '--solana-rpc' },
  };
  const close = (): void => {
    evm?.close();
    solana?.close();
  };
  return { witnesses, close };
}
