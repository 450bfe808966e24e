import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../schemas/core/json.ts';
import { computeBatch } from './batch-work.ts';
import { defineProvider } from './definition.ts';
import { openKeptMap } from './kept-map.ts';
import { sendProblem } from './problems.ts';

interface Job {
  jobId: string;
  /** What it works on, kept until the job is finished. */
  text?: string;
  result?: JsonObject;
}

const LIMIT = 10_000;

function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  try {
    return data === undefined || data === null ? '' : JSON.stringify(data);
  } catch {
    return undefined;
  }
}

const Input = z.object({
  data: z.unknown().transform((data, context): string => {
    const text = textOf(data);
    if (text === '') context.addIssue({ code: 'custom', message: 'must not be empty' });
    if (text === undefined) context.addIssue({ code: 'custom', message: 'is nested too deeply' });
    return text ?? '';
  }),
});

const nameOf = (taskId: string): string =>
  `job_${createHash('sha256').update(taskId).digest('hex').slice(0, 24)}`;

/** Takes jobs at once and finishes them later, one after the other. Jobs that a restart interrupted are begun again. */
export const batchComputer = (pauseMs = 50) =>
  defineProvider({
    id: 'BATCH_COMPUTE',
    title: 'Batch Compute',
    method: 'POST',
    path: '/batch/submit',
    input: Input,
    open({ dir }) {
      const jobs = openKeptMap<Job>({ file: dir && join(dir, 'jobs.jsonl'), limit: LIMIT });
      const end = new AbortController();
      let queue = Promise.resolve();
      const compute = async ({ jobId, text = '' }: Job): Promise<void> => {
        const result = await computeBatch(text, { pauseMs, signal: end.signal });
        jobs.set(jobId, { jobId, result });
      };
      const begin = (job: Job): void => {
        const after = queue;
        queue = (async () => {
          await after;
          await compute(job).catch(() => undefined); // it was stopped, and is begun again at the next start
        })();
      };
      for (const job of jobs.values()) if (job.result === undefined) begin(job);
      return {
        work({ data: text }, taskId) {
          const jobId = nameOf(taskId);
          if (jobs.get(jobId) === undefined) {
            const job = { jobId, text };
            jobs.set(jobId, job);
            begin(job);
          }
          return { jobId, status: 'running' };
        },
        routes(router) {
          router.get('/batch/status', ({ query: { jobId } }, response) => {
            if (typeof jobId !== 'string' || jobId === '')
              return sendProblem(response, { status: 400, detail: 'jobId: must be the id of a job' });
            const job = jobs.get(jobId);
            if (job === undefined) response.json({ status: 'not_found' });
            else if (job.result === undefined) response.json({ status: 'running' });
            else response.json({ status: 'finished', result: job.result });
          });
        },
        close: () => end.abort(),
      };
    },
  });
