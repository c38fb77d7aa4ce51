/** The ellipse that holds a given share of a Gaussian on the plane. */

export interface Gaussian {
  valence_sd: number;
  arousal_sd: number;
  correlation: number;
}

export interface Ellipse {
  /** Half axes in units of the plane. */
  major: number;
  minor: number;
  /** Angle of the major axis from the valence axis, counter-clockwise, in degrees. */
  degrees: number;
}

/** Radius in standard deviations that encloses `share` of a two-dimensional Gaussian. */
export const radiusOf = (share: number): number => Math.sqrt(-2 * Math.log(1 - share));

/** Half axes and angle from the eigenvalues of the covariance matrix. */
export function ellipseOf(gaussian: Gaussian, share = 0.5): Ellipse {
  const { valence_sd: sv, arousal_sd: sa } = gaussian;
  const cross = gaussian.correlation * sv * sa;
  const mean = (sv * sv + sa * sa) / 2;
  const spread = Math.hypot((sv * sv - sa * sa) / 2, cross);
  const radius = radiusOf(share);
  return {
    major: radius * Math.sqrt(mean + spread),
    minor: radius * Math.sqrt(Math.max(0, mean - spread)),
    degrees: (Math.atan2(2 * cross, sv * sv - sa * sa) / 2) * (180 / Math.PI),
  };
}
