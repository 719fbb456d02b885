/** The globe in WebGL by three.js: a sphere with its grid, paths on it, a dot a particle. Not names, not hands. */
import {
  AmbientLight,
  BufferGeometry,
  Color,
  DirectionalLight,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  Vector3,
  WebGLRenderer,
} from 'three';
import { Line2 } from 'three/addons/lines/Line2.js';
import { LineGeometry } from 'three/addons/lines/LineGeometry.js';
import { LineMaterial } from 'three/addons/lines/LineMaterial.js';
import type { Turned } from '../../turning.ts';
import type { OnGlobe } from './projection.ts';
import { between, type GlobePoint } from './projection.ts';

const DISTANCE = 5.2;
const VIEW = 26; // degrees, so that the globe fills the picture
/** Pieces of a great circle between two frames. */
const PIECES = 8;
const DEGREE = Math.PI / 180;

export interface Look {
  /** [token] colours as CSS writes them. */
  readonly colours: readonly string[];
  readonly card: string;
  readonly line: string;
  readonly blank: readonly boolean[];
  readonly selected: number | null;
}

/** Where a particle is on the picture, px, and how far it is towards the reader: −1 … 1. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly near: number;
}

export interface World {
  /** Another run. */
  hold(points: OnGlobe['points']): void;
  resize(width: number, height: number): void;
  /** Draws the frame, which may lie between two, and says where the particles are. */
  draw(frame: number, turned: Turned, look: Look): Placed[];
}

interface Traveller {
  readonly whole: Line2;
  readonly behind: Line2;
  readonly dot: Mesh<SphereGeometry, MeshLambertMaterial>;
}

/** Throws where the browser gives no WebGL 2. */
export function createWorld(canvas: HTMLCanvasElement): World {
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
  const camera = new PerspectiveCamera(VIEW, 1, 1, 10);
  camera.position.z = DISTANCE;
  camera.updateMatrixWorld();
  const globe = new Group();
  const ground = new Mesh(
    new SphereGeometry(0.985, 64, 48),
    new MeshBasicMaterial({ transparent: true, opacity: 0.62, depthWrite: false }),
  );
  const grid = new LineSegments(createGrid(), new LineBasicMaterial());
  globe.add(ground, grid);
  const scene = new Scene();
  scene.add(globe, new AmbientLight(0xffffff, 2.1), createLamp());
  const size = { width: 1, height: 1 };
  const ball = new SphereGeometry(1, 24, 18);
  let points: OnGlobe['points'] = [];
  let travellers: Traveller[] = [];

  function drop(): void {
    for (const { whole, behind, dot } of travellers) {
      for (const line of [whole, behind]) {
        line.geometry.dispose();
        line.material.dispose();
      }
      dot.material.dispose();
      globe.remove(whole, behind, dot);
    }
  }

  return {
    hold(now) {
      drop();
      points = now;
      travellers = now[0].map((_, token) => createTraveller(now, token, ball));
      for (const { whole, behind, dot } of travellers) globe.add(whole, behind, dot);
    },
    resize(width, height) {
      Object.assign(size, { width, height });
      renderer.setPixelRatio(Math.min(2, devicePixelRatio || 1));
      renderer.setSize(width, height, false);
      camera.aspect = width / height;
      camera.updateProjectionMatrix();
    },
    draw(frame, { yaw, pitch }, look) {
      globe.rotation.set(pitch * DEGREE, -yaw * DEGREE, 0);
      globe.updateMatrixWorld();
      ground.material.color.set(look.card);
      grid.material.color.set(look.line);
      const placed = travellers.map((one, token) => {
        const now = at(points, token, frame);
        paint(one, now, frame, token, look);
        return place(now, globe, camera, size);
      });
      renderer.render(scene, camera);
      return placed;
    },
  };
}

function createLamp(): DirectionalLight {
  const lamp = new DirectionalLight(0xffffff, 1.6);
  lamp.position.set(-1, 2, 3);
  return lamp;
}

/** Circles of latitude and longitude, every 30 degrees. */
function createGrid(): BufferGeometry {
  const corners: number[] = [];
  const corner = (longitude: number, latitude: number) => {
    const [c, s] = [Math.cos(latitude * DEGREE), Math.sin(latitude * DEGREE)];
    corners.push(c * Math.cos(longitude * DEGREE), s, c * Math.sin(longitude * DEGREE));
  };
  for (let a = 0; a < 360; a += 4)
    for (let b = 0; b < 180; b += 30) {
      corner(a, b - 90);
      corner(a + 4, b - 90);
      if (a >= 180) continue;
      for (const longitude of [b, b + 180]) {
        corner(longitude, a - 90);
        corner(longitude, a - 86);
      }
    }
  return new BufferGeometry().setAttribute('position', new Float32BufferAttribute(corners, 3));
}

function createTraveller(
  points: OnGlobe['points'],
  token: number,
  ball: SphereGeometry,
): Traveller {
  const last = points.length - 1;
  const way = Array.from({ length: last * PIECES + 1 }, (_, k) =>
    at(points, token, Math.min(last, k / PIECES)),
  ).flatMap((point) => [...point.at]);
  const path = () => new Line2(new LineGeometry().setPositions(way), new LineMaterial());
  const [whole, behind] = [path(), path()];
  return { whole, behind, dot: new Mesh(ball, new MeshLambertMaterial()) };
}

/** Where a particle is at a frame, which may lie between two. */
function at(points: OnGlobe['points'], token: number, frame: number): GlobePoint {
  const from = Math.min(Math.floor(frame), points.length - 1);
  const to = Math.min(from + 1, points.length - 1);
  return between(points[from][token], points[to][token], frame - from);
}

/** The whole way pale, the way behind strong, and a dot that is smaller the less of the particle is seen. */
function paint(
  { whole, behind, dot }: Traveller,
  now: GlobePoint,
  frame: number,
  token: number,
  { colours, card, blank, selected }: Look,
): void {
  const colour = new Color(colours[token]);
  const dimmed = selected !== null && selected !== token;
  const pale = new Color(card);
  whole.material.color.copy(colour).lerp(pale, 0.72);
  whole.material.linewidth = 1.2;
  behind.material.color.copy(colour).lerp(pale, dimmed ? 0.5 : 0.1);
  behind.material.linewidth = selected === token ? 4.5 : 2.6;
  behind.geometry.instanceCount = Math.round(frame * PIECES);
  dot.material.color.copy(colour).lerp(pale, dimmed ? 0.4 : 0);
  dot.position.set(...now.at);
  const size = blank[token] ? 0.055 : 0.042;
  dot.scale.setScalar(size * (0.45 + 0.55 * now.seen) * (selected === token ? 1.4 : 1));
}

function place(
  { at: point }: GlobePoint,
  globe: Group,
  camera: PerspectiveCamera,
  { width, height }: { width: number; height: number },
): Placed {
  const turned = new Vector3(...point).applyMatrix4(globe.matrixWorld);
  const near = turned.z;
  const { x, y } = turned.project(camera);
  return { x: ((x + 1) / 2) * width, y: ((1 - y) / 2) * height, near };
}
