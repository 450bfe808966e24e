import type { JobActivities } from '../../domain/masumi/ports/jobs.ts';
import { answerLock } from './answer-lock.ts';
import { followJob } from './follow.ts';
import { requireKodosumi } from './job.ts';
import { findRunOf, launchJob } from './launch-job.ts';
import type { KodosumiDeps } from './tools.ts';

type Activities = Pick<JobActivities, 'launchJob' | 'followJob' | 'answerLock' | 'killJob'>;

export function createKodosumiActivities(deps: KodosumiDeps): Activities {
  return {
    launchJob: (request) => launchJob(deps, request),
    followJob: (request) => followJob(deps, request),
    answerLock: (request) => answerLock(deps, request),
    async killJob({ runId, fid }) {
      const known = fid ?? (await findRunOf(deps, runId));
      if (known !== undefined) await requireKodosumi(deps).kill(known);
    },
  };
}
