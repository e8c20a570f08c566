/** The package has no types for its light form, which is a part of the whole. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
