/** Work at Kodosumi. A job that is followed holds a place for as long as it runs, and mostly sleeps. */
export const KODOSUMI_QUEUE = 'kodosumi';
