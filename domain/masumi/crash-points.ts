/** Where a crash changes what must happen next with a job that is paid in advance, and what must happen. */
export const JOB_POINTS = {
  'job.payment-asked':
    'A payment request may exist. The next try looks for one that carries the job’s id before it asks.',
  'job.payment-made':
    'The payment service has made the request, nothing of it is stored. The next try finds it and makes no other.',
  'job.launching': 'Nothing was sent. The next try launches, and this one can send nothing any more.',
  'job.launched': 'The run exists, its id is not stored. The next try finds it and launches no other.',
  'job.answered':
    'Kodosumi has the answers, that is not stored. The next try finds the lock gone, and knows by whom.',
  'job.result-submitted':
    'The payment service has the hash, the end is not told. The same hash again, or it is shown.',
} as const;

export type JobPoint = keyof typeof JOB_POINTS;
