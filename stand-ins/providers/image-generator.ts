import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { defineProvider } from './definition.ts';
import { drawImage } from './draw-image.ts';
import { openKeptMap } from './kept-map.ts';
import { sendProblem } from './problems.ts';

const LONGEST = 8000;
const LIMIT = 10_000;

const Input = z.object({
  prompt: z
    .string()
    .max(LONGEST)
    .refine((text) => text.trim() !== '', 'must not be empty'),
});

const nameOf = (taskId: string): string => createHash('sha256').update(taskId).digest('hex').slice(0, 32);

/** Draws a picture of a prompt and serves it. */
export const imageGenerator = defineProvider({
  id: 'IMAGE_GEN_PREMIUM',
  title: 'Image Generator',
  method: 'POST',
  path: '/image/generate',
  input: Input,
  open({ dir, url }) {
    const prompts = openKeptMap<string>({ file: dir && join(dir, 'prompts.jsonl'), limit: LIMIT });
    return {
      work({ prompt }, taskId) {
        const name = nameOf(taskId);
        prompts.set(name, prompt);
        return { imageUrl: `${url()}/images/${name}.svg`, prompt, status: 'completed' };
      },
      routes(router) {
        router.get('/images/:file', ({ params: { file } }, response) => {
          const prompt = file.endsWith('.svg') ? prompts.get(file.slice(0, -'.svg'.length)) : undefined;
          if (prompt === undefined)
            return sendProblem(response, { status: 404, detail: 'There is no such image.' });
          response
            .set({
              'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
              'x-content-type-options': 'nosniff',
            })
            .type('image/svg+xml')
            .send(drawImage(prompt));
        });
      },
    };
  },
});
