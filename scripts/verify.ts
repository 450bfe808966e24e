import { runScript, UsageError } from './command-line.ts';
import { checkOnChains, type Checked } from '../domain/receipts/on-chains.ts';
import { exitCodeOf, togetherLines, verdictJson, verdictLines } from './verify-lines.ts';
import { checkOnPaper, checkTogether } from '../api/receipts/verify.ts';
import { readJson, readReceipt } from '../api/receipts/read-receipt.ts';
import { witnessesOf } from './task/witnesses.ts';

await runScript({
  name: 'verify',
  about: `Says whether a run's receipt (GET /runs/{id}/receipt) holds. Needs no server: it computes every hash again, checks
the signature, and whether approvals, payments and ledger agree. With nodes of the chains it looks up each transaction
there, too. Given several receipts it also finds a payment that more than one of them counts.`,
  arguments: { 'RECEIPT...': 'files' },
  options: {
    'public-key': {
      value: 'KEY',
      about: "base64, what the issuer's GET /receipts/key says; else only the key inside the receipt is used",
    },
    input: { value: 'FILE', about: "the run's input as JSON, as GET /runs/{id} shows it" },
    output: { value: 'FILE', about: 'its output as JSON' },
    events: { value: 'FILE', about: 'its events as JSON, as GET /runs/{id}/events shows them' },
    'evm-rpc': { value: 'URL', about: 'a node of the EVM chain' },
    'solana-rpc': { value: 'URL', about: 'a node of the Solana cluster' },
    json: { about: 'the findings as JSON' },
  },
  examples: [
    'steward verify receipt.json',
    'steward verify receipt.json --evm-rpc http://127.0.0.1:8545 --solana-rpc http://127.0.0.1:8899',
  ],
  notes: `Exit code 0: nothing failed (what was not checked is listed). 1: something failed, or the file is no receipt.
2: it could not be found out: the command line is wrong, or nothing failed but a node that was named did not answer.`,
  async run({ values, positionals: files }) {
    if (files.length === 0) throw new UsageError('Which receipt? steward verify receipt.json');
    const receipts = files.map(readReceipt);
    const { witnesses, close } = witnessesOf(values['evm-rpc'], values['solana-rpc']);
    const publicKey = values['public-key'];
    const given = { publicKey, ...whatIsGiven(values, files.length) };
    const trusted = publicKey !== undefined;
    const all: Checked[][] = [];
    try {
      for (const receipt of receipts)
        all.push([...checkOnPaper(receipt, given), ...(await checkOnChains(receipt, witnesses))]);
    } finally {
      close();
    }
    const together = receipts.length > 1 ? [checkTogether(receipts)] : [];
    process.exitCode = exitCodeOf([...all.flat(), ...together]);
    const said = values.json
      ? [verdictJson(receipts, all, together, trusted)]
      : [
          ...receipts.flatMap((receipt, index) => [...verdictLines(receipt, all[index]!, trusted), '']),
          ...togetherLines(together),
        ];
    process.stdout.write(`${said.join('\n').trimEnd()}\n`);
  },
});

/** Files about one run. With several runs, nobody could say which one they belong to. */
function whatIsGiven(
  values: Partial<Record<'input' | 'output' | 'events', string | undefined>>,
  receipts: number,
): object {
  const given = (['input', 'output', 'events'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, readJson(values[name])] as const],
  );
  if (given.length > 0 && receipts > 1)
    throw new UsageError(`--${given[0]![0]} is of one run: name one receipt with it.`);
  return Object.fromEntries(given);
}
