/**
 * Compiles the Solidity sources with the pinned solc and OpenZeppelin from node_modules, offline, and writes one
 * compact artifact a contract. `--check` compiles and compares instead, so that a source that was changed without
 * its artifact is found.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CONTRACTS = ['SampleToken', 'MNEEServiceRegistry', 'MNEEPaymentRouter'] as const;
const here = import.meta.dirname;
const require = createRequire(import.meta.url);

/** What is committed for one contract: `solc` is the exact compiler version, without it a rebuild may differ. */
export interface ContractArtifact {
  readonly contractName: string;
  readonly solc: string;
  readonly abi: readonly Record<string, unknown>[];
  readonly bytecode: string;
}

interface Solc {
  version(): string;
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string;
}

interface SolcOutput {
  readonly errors?: readonly { severity: string; formattedMessage: string }[];
  readonly contracts: Record<
    string,
    Record<string, { abi: ContractArtifact['abi']; evm: { bytecode: { object: string } } }>
  >;
}

function compilerInput(source: string): string {
  return JSON.stringify({
    language: 'Solidity',
    sources: { [`${source}.sol`]: { content: readFileSync(join(here, `${source}.sol`), 'utf8') } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'cancun',
      // Without this the bytecode ends with a hash of the sources' comments.
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  });
}

/** Packages are found as Node finds them, everything else beside this file. */
function readImport(path: string): { contents: string } {
  const file = path.startsWith('@') ? require.resolve(path) : join(here, path);
  return { contents: readFileSync(file, 'utf8') };
}

/** `source` is a path below this folder without its ending; the contract has the name of the file. */
export function compileContract(source: string): ContractArtifact {
  const solc = require('solc') as Solc;
  const output = JSON.parse(solc.compile(compilerInput(source), { import: readImport })) as SolcOutput;
  const errors = (output.errors ?? []).filter((entry) => entry.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((entry) => entry.formattedMessage).join('\n'));
  const contractName = basename(source);
  const contract = output.contracts[`${source}.sol`]?.[contractName];
  if (!contract) throw new Error(`${source}.sol does not define the contract ${contractName}`);
  return {
    contractName,
    solc: solc.version(),
    abi: contract.abi,
    bytecode: `0x${contract.evm.bytecode.object}`,
  };
}

const artifactPath = (name: string): string => join(here, 'artifacts', `${name}.json`);

const render = (artifact: ContractArtifact): string => {
  const abi = artifact.abi.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  const { contractName, solc, bytecode } = artifact;
  return `{\n  "contractName": ${JSON.stringify(contractName)},\n  "solc": ${JSON.stringify(solc)},\n  "abi": [\n${abi}\n  ],\n  "bytecode": ${JSON.stringify(bytecode)}\n}\n`;
};

/** The contracts whose committed artifact differs from what the sources compile to. */
export function findStaleArtifacts(names: readonly string[] = CONTRACTS): string[] {
  return names.filter((name) => readFileSync(artifactPath(name), 'utf8') !== render(compileContract(name)));
}

export function writeArtifacts(names: readonly string[] = CONTRACTS): void {
  for (const name of names) writeFileSync(artifactPath(name), render(compileContract(name)));
}

function main(): void {
  if (!process.argv.includes('--check')) return writeArtifacts();
  const stale = findStaleArtifacts();
  if (stale.length === 0) return;
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run: node contracts/build.ts\n`);
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
