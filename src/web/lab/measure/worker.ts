/** The worker that measures frames beside the run, so that neither the run nor the page waits for it. */
import { diagnoseFrame, diagnostics } from '../../../diagnostics/catalogue.ts';
import type { MeasureQuestion, MeasureReply } from './messages.ts';
import { sectorShares } from './shares.ts';

addEventListener('message', ({ data }: MessageEvent<MeasureQuestion>) => {
  const reply = answer(data);
  const transfer = reply.kind === 'counted' ? [reply.positions.data.buffer as ArrayBuffer] : [];
  postMessage(reply, { transfer });
});

function answer(question: MeasureQuestion): MeasureReply {
  if (question.kind === 'count') {
    const { positions, bins } = question;
    return { kind: 'counted', positions, shares: sectorShares(positions, null, bins) };
  }
  const { names, kind: _, ...frame } = question;
  const chosen = diagnostics.filter(({ name }) => names.includes(name));
  return { kind: 'diagnosed', ...diagnoseFrame(frame, chosen) };
}
