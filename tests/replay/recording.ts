import { writeFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';
import { expect } from 'vitest';
import { historyFile } from './scenarios.ts';

/** Which recording this is: `VERSION=v2 npx vitest run --config vitest.record.config.ts`. */
export function recordedVersion(): string {
  const version = process.env['VERSION'];
  expect(version, 'VERSION names the recording, e.g. v2').toMatch(/^v\d+$/);
  return version!;
}

/** Waits for the end, however it ends (some scenarios end badly on purpose), and keeps the history. */
export async function record(handle: WorkflowHandle, name: string): Promise<void> {
  await handle.result().catch(() => undefined);
  await keep(handle, name);
}

/** Keeps the history as it is now. */
export async function keep(handle: WorkflowHandle, name: string): Promise<void> {
  const history = await handle.fetchHistory();
  anonymise(history);
  writeFileSync(
    historyFile(`${name}.${recordedVersion()}.bin`),
    proto.api.history.v1.History.encode(history).finish(),
  );
}

/** Where and by whom it was recorded is nobody's business, and no part of the replay. */
function anonymise(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const inner = fields[key];
    if (key === 'stackTrace') fields[key] = '';
    else if (typeof inner === 'string' && /^\d+@/.test(inner)) fields[key] = 'recorder';
    else anonymise(inner);
  }
}
