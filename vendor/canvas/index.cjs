'use strict';
// chartjs-node-canvas asks for the package `canvas`, whose installer downloads a binary from outside npm or compiles one.
// @napi-rs/canvas ships its binaries inside npm and has a node-canvas compatible face; this package is that face under the asked-for name.
module.exports = require('@napi-rs/canvas/node-canvas');
