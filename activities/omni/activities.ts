import type {
  AgentActivities,
  ChatActivities,
  PlaceActivities,
  WatchActivities,
} from '../../domain/omni/ports.ts';
import { withRide } from '../journal/ride.ts';
import { callProvider, summarise } from './call-provider.ts';
import { composeAnswer } from './compose-answer.ts';
import { decideCall } from './decide-call.ts';
import { nextTurn } from './next-turn.ts';
import { createPlaces } from './places.ts';
import type { OmniDeps } from './tools.ts';
import { createWatch } from './watch.ts';

export type OmniActivities = ChatActivities & PlaceActivities & AgentActivities & WatchActivities;

/** What chats, agents and the watch do besides what the engine can do. */
export function createOmniActivities(deps: OmniDeps, places: number): OmniActivities {
  const { journal } = deps;
  return {
    nextTurn: ({ ride, ...request }) => withRide(journal, ride, () => nextTurn(deps, request)),
    decideCall: (request) => withRide(journal, request.ride, () => decideCall(deps, request)),
    callProvider: (request) => withRide(journal, request.ride, () => callProvider(deps, request)),
    summariseCall: (request) => withRide(journal, request.ride, () => summarise(deps, request)),
    noteResult: ({ ride, runId, value }) => withRide(journal, ride, () => deps.values.keep(runId, value)),
    composeAnswer: ({ ride, ...request }) => withRide(journal, ride, () => composeAnswer(deps, request)),
    ...createPlaces(deps),
    ...createWatch(deps, places),
  };
}
