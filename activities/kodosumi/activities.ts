import { Context } from '@temporalio/activity';
import type { FollowingActivities, JobActivities } from '../../domain/masumi/ports/jobs.ts';
import { answerLock } from './answer-lock.ts';
import { followJobs } from './follow.ts';
import { requireKodosumi } from './job.ts';
import { findRunOf, launchJob } from './launch-job.ts';
import { lookAtFlow } from './look-at-flow.ts';
import type { FollowDeps } from './tools.ts';

type Activities = FollowingActivities &
  Pick<JobActivities, 'launchJob' | 'lookAtFlow' | 'answerLock' | 'killJob'>;

export function createKodosumiActivities(deps: FollowDeps): Activities {
  return {
    launchJob: (request) => launchJob(deps, request),
    lookAtFlow: (request) => lookAtFlow(deps, request),
    followJobs: () => followJobs(deps, Context.current().cancellationSignal),
    answerLock: (request) => answerLock(deps, request),
    async killJob({ runId, fid }) {
      const known = fid ?? (await findRunOf(deps, runId));
      if (known !== undefined) await requireKodosumi(deps).kill(known);
    },
  };
}
