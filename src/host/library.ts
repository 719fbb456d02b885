/** The part of the library that needs Node, as `schmetterling/node`: files, folders and threads. */
export { machineEngines, trainingEngine } from './engines.ts';
export { readFlow, readModel } from './models.ts';
export { readNpy } from './npy.ts';
export { renderPdf } from './pdf.ts';
export { readRecording } from './recording/read.ts';
export { startRecording } from './recording/write.ts';
export { readTable } from './tables.ts';
