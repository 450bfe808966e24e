import { nextLookMs } from '../../domain/budgets/looks.ts';
import { formatUnits } from '../../domain/money.ts';
import { needsOf } from '../../domain/plan/pause-needs.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { committed } from './budget.ts';
import type { DagRun } from './dag.ts';
import type { Parked, StepContext, StepFailure } from './step-context.ts';

type ParkedSteps = DagRun<Parked, StepFailure>['parked'];
type Room = NonNullable<Parked['room']>;

/**
 * Durable pause of a run whose budgets have no room. Nothing is asked of the user: it goes on by itself once there is room,
 * under the approval it has; where that has expired meanwhile, the next payment asks for another. False when the run is to stop.
 */
export async function pauseForRoom(context: StepContext, parked: ParkedSteps): Promise<boolean> {
  const { run, plan, attempts } = context;
  const [{ id, why }] = parked as [ParkedSteps[number]];
  const cause = `${id}:${attempts[id] ?? 0}`;
  announce(context, parked, cause, why.room!);
  await run.journal.flush();
  const hasRoom = await run.stop.standStill(() => untilRoom(context, parked));
  if (!hasRoom) return false;
  run.describe(['**Running**, the budget has room again'], { waitingFor: null });
  const view = { pause: null };
  run.move('running', 'run.running', `run.running:${cause}`, { planHash: plan.planHash }, { view });
  return true;
}

function announce(context: StepContext, parked: ParkedSteps, cause: string, room: Room): void {
  const { run } = context;
  const [{ id }] = parked as [ParkedSteps[number]];
  const renewsAt = room.renewsAtMs === null ? null : new Date(room.renewsAtMs).toISOString();
  const pause: JsonObject = {
    reason: 'budget_exhausted',
    step_id: id,
    budget: { id: room.budget, name: room.name },
    message: room.message,
    needs: needs(context, parked, BigInt(room.missing)),
    renews_at: renewsAt,
  };
  run.describe([`**Paused**: ${room.message}`, 'It goes on by itself once there is room.'], {
    waitingFor: 'budget',
    budget: room.budget,
  });
  run.move('paused', 'run.paused', `run.paused:${cause}`, pause, { view: { pause } });
}

function needs({ plan, budget, outputs }: StepContext, parked: ParkedSteps, room: bigint): JsonObject {
  const quoted = new Map(parked.map(({ id, why }) => [id, why.quote?.amount]));
  const rest = plan.steps
    .filter((step) => outputs[step.outputKey] === undefined)
    .reduce((sum, step) => sum + BigInt(quoted.get(step.id) ?? step.estimatedCost), 0n);
  const spent = committed(budget);
  const told = needsOf({
    reason: 'budget_exhausted',
    committed: spent,
    upTo: spent + rest,
    maxTotal: BigInt(budget.grant?.limits.maxTotalAmount ?? 0),
    room,
  });
  return {
    who: told.who,
    how: told.how,
    missing: inUnits(room, plan),
    spent: inUnits(told.spent, plan),
    cost_to_finish: inUnits(told.costToFinish, plan),
    resumes_by_itself: told.resumesByItself,
  };
}

const inUnits = (minor: bigint, { decimals, asset }: Plan): JsonObject => ({
  amount: formatUnits(minor, decimals),
  asset,
});

/** True once every payment has room, each for itself; the next to be signed takes it. False when the run is to stop. */
async function untilRoom({ run }: StepContext, parked: ParkedSteps): Promise<boolean> {
  const everyMs = run.input.settings.reconcileIntervalMs;
  const startedAtMs = Date.now();
  let rooms = parked.flatMap(({ why }) => why.room ?? []);
  while (rooms.length > 0) {
    const nowMs = Date.now();
    const [{ name, renewsAtMs }] = rooms as [Room];
    const waitMs = nextLookMs(nowMs - startedAtMs, everyMs, nowMs, renewsAtMs);
    if (!(await run.stop.pause(waitMs, `room in budget ${name}`))) return false;
    const looks = rooms.map(async (room): Promise<Room[]> => {
      const found = await run.act.money.checkRoom({ intentId: room.intentId });
      return found.room === null ? [] : [{ ...found.room, intentId: room.intentId }];
    });
    rooms = (await Promise.all(looks)).flat();
  }
  return true;
}
