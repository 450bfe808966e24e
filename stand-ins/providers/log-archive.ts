import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { defineProvider } from './definition.ts';
import { appendLine, endLastLine, readLines } from './kept-map.ts';

const Input = z.object({
  content: z.string().refine((text) => text.trim() !== '', 'must not be empty'),
  agent_id: z.string().min(1).max(200),
  level: z.string().min(1).max(40).default('INFO'),
});

const nameOf = (taskId: string): string =>
  `log_${createHash('sha256').update(taskId).digest('hex').slice(0, 24)}`;

/** Keeps log entries for ever, one line each. A task's entry is there once, also where a crash came before its answer. */
export const logArchive = defineProvider({
  id: 'LOG_ARCHIVE',
  title: 'Log Archive',
  method: 'POST',
  path: '/logs/archive',
  input: Input,
  open({ dir }) {
    const { places, add } = openArchive(dir);
    return {
      work(input, taskId) {
        const storageId = nameOf(taskId);
        if (!places.has(storageId)) add(storageId, { ...input, taskId, at: new Date().toISOString() });
        return { archived: true, storageId, totalLogs: places.get(storageId)! };
      },
      routes(router) {
        router.get('/logs/stats', (_request, response) => void response.json({ total_logs: places.size }));
      },
    };
  },
});

/** `places`: which entry of the archive it is, from 1. */
function openArchive(dir: string | undefined) {
  const file = dir && join(dir, 'archive.jsonl');
  const places = new Map<string, number>();
  if (file !== undefined) {
    mkdirSync(dir!, { recursive: true, mode: 0o700 });
    endLastLine(file);
    for (const { storageId } of readLines<{ storageId: string }>(file))
      places.set(storageId, places.size + 1);
  }
  return {
    places,
    add(storageId: string, entry: object): void {
      if (file !== undefined) appendLine(file, { storageId, ...entry });
      places.set(storageId, places.size + 1);
    },
  };
}
