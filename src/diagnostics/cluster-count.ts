/** How many clusters there are, without a tolerance to choose. */
import { dendrogram } from './clusters.ts';
import { type PreparedFrame, readsPairs, type ScalarDiagnostic } from './diagnostic.ts';
import { angleRange, clusterPlateau } from './plateau.ts';
import { spread } from './spread.ts';

export const clusterCount: ScalarDiagnostic = {
  name: 'cluster_count',
  title: 'Clusters',
  unit: '',
  help: 'The number of clusters that single linkage keeps over the widest range of tolerances: the largest ratio of two successive merge angles between 0.01 and π rad. Off the sphere of distances, in units of the root mean square distance of the first frame from its mean.',
  citation: 'Hartigan, Clustering Algorithms, Wiley 1975 (single linkage)',
  kind: 'scalar',
  reads: readsPairs,
  compute: count,
};

function count({ pairs, space, initial, positions }: PreparedFrame): number {
  const unit = space === 'sphere' ? 1 : spread(initial ?? positions);
  if (unit === 0) return 1;
  const range = { least: angleRange.least * unit, most: angleRange.most * unit };
  return clusterPlateau(dendrogram(pairs.positions, space), range).count;
}
