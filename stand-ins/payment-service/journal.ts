import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StandInAgent } from './agents.ts';
import type { Deal } from './deal.ts';

export type Entry =
  | { kind: 'deal'; deal: Deal }
  | { kind: 'agent'; agent: StandInAgent }
  | { kind: 'clock'; offset: number };

export interface Journal {
  append(entry: Entry): void;
}

/** Keeps nothing. */
const FORGETFUL: Journal = { append: () => {} };

/**
 * A file of lines, one for each change, so that a change costs the same however much is kept. Opening reads the file
 * and writes it again with one line for each thing. A line that a crash cut off is dropped.
 */
export function openJournal(file: string | undefined): { journal: Journal; entries: Entry[] } {
  if (file === undefined) return { journal: FORGETFUL, entries: [] };
  mkdirSync(dirname(file), { recursive: true });
  const entries = existsSync(file) ? latest(readLines(file)) : [];
  const fresh = `${file}.new`;
  writeFileSync(fresh, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  renameSync(fresh, file);
  return {
    journal: { append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`) },
    entries,
  };
}

function readLines(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Entry];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw new Error(`Line ${index + 1} of the stand-in's state is damaged`, { cause: error });
    }
  });
}

/** The last line of each thing, in the order of their first lines. */
function latest(entries: Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

function keyOf(entry: Entry): string {
  if (entry.kind === 'deal') return `deal ${entry.deal.blockchainIdentifier}`;
  return entry.kind === 'agent' ? `agent ${entry.agent.agentIdentifier}` : 'clock';
}
