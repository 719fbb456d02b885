/** Files that the page makes itself. */
import type { Figure } from '../../figures/figure.ts';
import { renderSvg } from '../../figures/render.ts';
import { h } from '../dom.ts';

/** Of the pictures; in CSS pixels of the SVG, and how many of the PNG make one. */
const width = 720;
const density = 2;

export type FigureFile = 'png' | 'svg' | 'csv';

/** Offers a file to be saved. */
export function download(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000); // the browser has read it by then
}

export const textFile = (text: string, type: string): Blob =>
  new Blob([text], { type: `${type};charset=utf-8` });

/** The figure as an SVG document, light or dark as the page is. */
export function svgOf(figure: Figure): string {
  return renderSvg(figure, { width, theme: isDark() ? 'dark' : 'light' });
}

/** The SVG drawn into a PNG. Rejects where the browser cannot. */
export async function pngOf(svg: string): Promise<Blob> {
  const href = URL.createObjectURL(textFile(svg, 'image/svg+xml'));
  try {
    const image = new Image();
    image.src = href;
    await image.decode();
    const canvas = h('canvas', {
      width: density * image.naturalWidth,
      height: density * image.naturalHeight,
    });
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(href);
  }
}

/** What is drawn, as a PNG. Rejects where the browser cannot. */
export function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('the picture could not be made')),
    );
  });
}

/** Whether the page is dark now, by its own theme or the system's. */
function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return (
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  );
}
