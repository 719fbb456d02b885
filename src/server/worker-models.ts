/** The models that a worker thread has read, each once, when it is first asked for. */
import { readModel } from '../host/models.ts';
import type { LanguageModel } from '../language/model.ts';
import type { WorkerStart } from './task.ts';

/** Throws DamagedFileError for a model that cannot be read. */
export function workerModels({ folders, defaultModel, threads }: WorkerStart) {
  const models = new Map<string, LanguageModel>();
  return (name = defaultModel): LanguageModel => {
    const known = models.get(name) ?? readModel(folders[name], { threads });
    models.set(name, known);
    return known;
  };
}
