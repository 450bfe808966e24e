import type { Faults } from './faults.ts';
import type { StandInFlow } from './flow.ts';
import type { Runs } from './runs.ts';
import type { Sessions } from './sessions.ts';
import type { StreamTimes } from './stream.ts';
import type { Uploads } from './uploads.ts';

/** What the routes share. */
export interface Parts {
  flows: readonly StandInFlow[];
  runs: Runs;
  uploads: Uploads;
  sessions: Sessions;
  faults: Faults;
  times: StreamTimes & {
    /** How long it takes until a missing run is a 404. With `extended` that takes ten minutes. */
    notFoundAfterMs: number;
  };
  log(line: string): void;
}
