import { z } from 'zod';
import { DecisionBody, InputBody } from '../../schemas/core/api.ts';
import { JsonObject } from '../../schemas/core/json.ts';
import { strict } from '../../schemas/core/strict.ts';
import type { Ctx } from '../context.ts';
import { safeParseExact } from '../http/exact-body.ts';
import { requireScope } from '../keys/authority.ts';
import { ApiError } from '../problem.ts';
import { approveRun, cancelRun, rejectRun, requireRun } from '../runs/commands.ts';
import { giveInput } from '../runs/give-input.ts';
import type { Frame, Message, StreamSubject } from '../stream/define-stream.ts';

const { plan_hash, reason, accept_partial } = DecisionBody.shape;
/** `id` comes back with the answer. A field that is misspelt is refused, as in the body of a request. */
const id = z.unknown().optional();

const Command = z.discriminatedUnion('type', [
  strict({ type: z.literal('approve'), id, plan_hash, accept_partial }),
  strict({ type: z.literal('reject'), id, reason, plan_hash }),
  strict({ type: z.literal('input'), id, question: InputBody.shape.id, data: JsonObject }),
  strict({ type: z.literal('cancel'), id, reason }),
]);

/** What clients may send on a run's WebSocket; the same scopes and the same workflow messages as the routes. */
export async function receiveCommand(
  ctx: Ctx,
  { key }: StreamSubject,
  message: Message,
): Promise<Frame | undefined> {
  const parsed = safeParseExact(Command, message);
  if (!parsed.success)
    throw new ApiError('validation_failed', 'Send {"type":"approve"|"reject"|"input"|"cancel", ...}.', {
      errors: parsed.error.issues.map(({ path, message: text, code }) => ({
        path: path.join('.'),
        message: text,
        code,
      })),
    });
  const command = parsed.data;
  requireScope(
    ctx.principal,
    command.type === 'approve' || command.type === 'reject' ? 'approve' : 'operate',
  );
  const run = await requireRun(ctx, key);
  const answer = await obey(ctx, run, command);
  await ctx.audit(`websocket ${command.type}`, `/runs/${run.id}`);
  return answer;
}

async function obey(
  ctx: Ctx,
  run: Awaited<ReturnType<typeof requireRun>>,
  command: z.output<typeof Command>,
): Promise<Frame> {
  switch (command.type) {
    case 'approve': {
      const answer = await approveRun(ctx, run, {
        ...(command.plan_hash !== undefined && { planHash: command.plan_hash }),
        ...(command.accept_partial !== undefined && { acceptPartial: command.accept_partial }),
      });
      return answer.kind === 'approved'
        ? { kind: answer.kind, plan_hash: answer.planHash }
        : { kind: answer.kind };
    }
    case 'reject':
      return {
        status: (await rejectRun(ctx, run, { reason: command.reason, planHash: command.plan_hash })).status,
      };
    case 'cancel':
      return { status: (await cancelRun(ctx, run, command.reason)).status };
    case 'input':
      await giveInput(ctx, run, {
        ...(command.question !== undefined && { id: command.question }),
        data: command.data,
      });
      return { status: run.status };
  }
}
