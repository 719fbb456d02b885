/** `limit`: how far finitely many layers are from their limits. Each limit is a subcommand. */
import { Command } from 'commander';
import { depthCommand } from '../limits/depth.ts';
import { meanFieldCommand } from '../limits/mean-field.ts';
import { particlesCommand } from '../limits/particles.ts';
import { perturbationsCommand } from '../limits/perturbations.ts';
import { resnetCommand } from '../limits/resnet.ts';
import { stackCommand } from '../limits/stack.ts';
import { stepsCommand } from '../limits/steps.ts';
import { tangentCommand } from '../limits/tangent.ts';
import { temperatureCommand } from '../limits/temperature.ts';

export function limitCommand(): Command {
  return new Command('limit')
    .description('how far a model or a flow is from its limits')
    .addCommand(depthCommand())
    .addCommand(meanFieldCommand())
    .addCommand(particlesCommand())
    .addCommand(perturbationsCommand())
    .addCommand(resnetCommand())
    .addCommand(stackCommand())
    .addCommand(stepsCommand())
    .addCommand(tangentCommand())
    .addCommand(temperatureCommand());
}
