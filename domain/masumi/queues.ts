/** Short work at Kodosumi: launches, answers, looks, ends. */
export const KODOSUMI_QUEUE = 'kodosumi';

/** One task, which follows the runs of all jobs at once. Waiting jobs hold no place that other work needs. */
export const FOLLOWING_QUEUE = 'following';
