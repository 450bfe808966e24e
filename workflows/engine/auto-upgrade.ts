import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';

/**
 * For workflows that never end: a version that had to finish one would never be free, so it moves to the current version at
 * its next task, in the middle of a run, and a change to it must replay what earlier versions recorded (patched). Temporal
 * refuses a behaviour from workers without a version, so there it has none.
 */
export const autoUpgrade = (workflow: Parameters<typeof setWorkflowOptions>[1]): void =>
  setWorkflowOptions(
    () =>
      workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {},
    workflow,
  );
