/** `reduce`: reduced models in Wasserstein spaces, forward and inverse. Each question is a subcommand. */
import { Command } from 'commander';
import { attentionCommand } from '../reduce/attention.ts';
import { barycentreCommand } from '../reduce/barycentre.ts';
import { distanceCommand } from '../reduce/distance.ts';
import { fitCommand } from '../reduce/fit.ts';
import { forwardCommand } from '../reduce/forward.ts';
import { gaussiansCommand } from '../reduce/gaussians.ts';
import { matricesCommand } from '../reduce/matrices.ts';
import { parametersCommand } from '../reduce/parameters.ts';
import { recoverCommand } from '../reduce/recover.ts';
import { snapshotCommand } from '../reduce/snapshot.ts';
import { stateCommand } from '../reduce/state.ts';

export function reduceCommand(): Command {
  return new Command('reduce')
    .description('few snapshots for a whole family of measures, and what data tell of them')
    .addCommand(snapshotCommand())
    .addCommand(barycentreCommand())
    .addCommand(distanceCommand())
    .addCommand(gaussiansCommand())
    .addCommand(forwardCommand())
    .addCommand(stateCommand())
    .addCommand(recoverCommand())
    .addCommand(parametersCommand())
    .addCommand(fitCommand())
    .addCommand(matricesCommand())
    .addCommand(attentionCommand());
}
