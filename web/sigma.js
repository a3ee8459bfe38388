// A map by sigma.js, for graphs of thousands of nodes: WebGL draws nodes and edges, the hooks draw labels and
// what stands out on a canvas above. Bundled with sigma and graphology into kgraph/views/sigma.js.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeProgram, NodeProgram } from "sigma/rendering";
import { floatColor } from "sigma/utils";

const { FLOAT, UNSIGNED_BYTE, TRIANGLES, LINES } = WebGLRenderingContext;
const SHAPES = ["disc", "square", "diamond", "triangle", "hexagon"];

// One program for all shapes: a triangle around each node, whose pixels ask how far they are from the rim.
// A node whose paper is here has a hole.
class Shapes extends NodeProgram {
  getDefinition() {
    const third = (2 * Math.PI) / 3;
    return {
      VERTICES: 3,
      METHOD: TRIANGLES,
      VERTEX_SHADER_SOURCE: `
        attribute vec4 a_id; attribute vec4 a_color; attribute vec2 a_position;
        attribute float a_size; attribute float a_shape; attribute float a_angle;
        uniform mat3 u_matrix; uniform float u_sizeRatio; uniform float u_correctionRatio;
        varying vec4 v_color; varying vec2 v_at; varying float v_shape; varying float v_pixel;
        void main() {
          float radius = max(a_size / u_sizeRatio, 1.1);
          vec2 corner = 2.6 * vec2(cos(a_angle), sin(a_angle));
          vec2 offset = corner * radius * u_correctionRatio * 2.0;
          gl_Position = vec4((u_matrix * vec3(a_position + offset, 1)).xy, 0, 1);
          v_at = corner; v_shape = a_shape; v_pixel = 1.0 / radius;
          #ifdef PICKING_MODE
          v_color = a_id;
          #else
          v_color = a_color;
          #endif
          v_color.a *= 255.0 / 254.0;
          #ifndef PICKING_MODE
          // What is smaller than can be drawn is drawn fainter, so that the larger stand out of a crowd.
          v_color *= clamp(a_size / u_sizeRatio / 1.1, 0.3, 1.0);
          #endif
        }`,
      FRAGMENT_SHADER_SOURCE: `
        precision highp float;
        varying vec4 v_color; varying vec2 v_at; varying float v_shape; varying float v_pixel;
        float rim(vec2 p, float shape) {
          vec2 q = abs(p);
          if (shape < 0.5) return length(p) - 1.0;
          if (shape < 1.5) return max(q.x, q.y) - 0.88;
          if (shape < 2.5) return (q.x + q.y - 1.18) * 0.7071;
          if (shape < 3.5) return max(q.x * 0.866 + p.y * 0.5, -p.y) - 0.56;
          return max(q.x, q.x * 0.5 + q.y * 0.866) - 0.97;
        }
        void main() {
          float shape = mod(v_shape, 8.0);
          float away = rim(v_at, shape);
          #ifdef PICKING_MODE
          gl_FragColor = away > 0.3 * v_pixel ? vec4(0.0) : v_color;
          #else
          float cover = clamp(0.5 - away / v_pixel, 0.0, 1.0);
          if (v_shape > 7.5 && v_pixel < 0.33) cover *= clamp(0.5 + (away + 0.58) / v_pixel, 0.0, 1.0);
          gl_FragColor = v_color * cover;
          #endif
        }`,
      UNIFORMS: ["u_sizeRatio", "u_correctionRatio", "u_matrix"],
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_shape", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_angle", size: 1, type: FLOAT }],
      CONSTANT_DATA: [[Math.PI / 2], [Math.PI / 2 + third], [Math.PI / 2 + 2 * third]],
    };
  }

  processVisibleItem(index, start, { x, y, size, shape, color }) {
    this.array.set([x, y, size, shape, floatColor(color), index], start);
  }

  setUniforms({ sizeRatio, correctionRatio, matrix }, { gl, uniformLocations }) {
    gl.uniform1f(uniformLocations.u_sizeRatio, sizeRatio);
    gl.uniform1f(uniformLocations.u_correctionRatio, correctionRatio);
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, matrix);
  }
}

// Edges as lines of one pixel, the cheapest that WebGL has. Colours come with their alpha multiplied in.
class Lines extends EdgeProgram {
  getDefinition() {
    return {
      VERTICES: 2,
      METHOD: LINES,
      VERTEX_SHADER_SOURCE: `
        attribute vec4 a_color; attribute vec2 a_position;
        uniform mat3 u_matrix; varying vec4 v_color;
        void main() { gl_Position = vec4((u_matrix * vec3(a_position, 1)).xy, 0, 1); v_color = a_color; }`,
      FRAGMENT_SHADER_SOURCE: "precision mediump float; varying vec4 v_color; void main() { gl_FragColor = v_color; }",
      UNIFORMS: ["u_matrix"],
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
    };
  }

  processVisibleItem(_, start, from, to, { color }) {
    const tint = floatColor(color);
    this.array.set([from.x, from.y, tint, to.x, to.y, tint], start);
  }

  setUniforms({ matrix }, { gl, uniformLocations }) {
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, matrix);
  }
}

const drawMap = (element, hooks) => {
  const { nodes, edges } = hooks;
  const graph = new Graph({ multi: true, type: "directed" });
  const paintNode = (node, attributes) => {
    attributes.color = hooks.colorOf(node);
    attributes.hidden = !node.shown;
  };
  nodes.forEach((node) => {
    const shape = Math.max(0, SHAPES.indexOf(hooks.shapeOf(node))) + (node.introduced ? 8 : 0);
    const attributes = { x: node.x, y: -node.y, size: hooks.sizeOf(node), shape };
    paintNode(node, attributes);
    graph.addNode(node.id, attributes);
  });
  edges.forEach((edge) => {
    graph.addEdgeWithKey(edge.id, edge.from, edge.to, { color: hooks.lineOf(edge), hidden: !edge.shown });
  });

  // Sigma starts empty, so that the first frame is drawn once all is in place, and only once.
  let scaleNow = () => 1; // pixels for a unit of the map
  const sigma = new Sigma(new Graph(), element, {
    renderLabels: false,
    defaultDrawNodeHover: () => {},
    nodeProgramClasses: { circle: Shapes },
    edgeProgramClasses: { line: Lines },
    defaultEdgeType: "line",
    stagePadding: 0,
    // Sizes go with the root of the scale, as on the small map, whatever sigma's own ratio is.
    zoomToSizeRatioFunction: () => 1 / Math.sqrt(scaleNow()),
    doubleClickZoomingRatio: 1,
    minCameraRatio: 0.001,
    maxCameraRatio: 6,
    allowInvalidContainer: true,
  });
  scaleNow = () => sigma.getGraphToViewportRatio();
  const camera = sigma.getCamera();
  // Places are centred at 0, so sigma's unit square is the map within this span of it.
  // It stays so when nodes move.
  const extent = (axis, sign) => nodes.reduce(
    ([low, high], node) => [Math.min(low, sign * node[axis]), Math.max(high, sign * node[axis])], [Infinity, -Infinity],
  );
  if (nodes.length) sigma.setCustomBBox({ x: extent("x", 1), y: extent("y", -1) });
  const span = nodes.reduce((most, { x, y }) => Math.max(most, Math.abs(x), Math.abs(y)), 0) || 0.5;
  sigma.createCanvasContext("below", { beforeLayer: "edges" });
  sigma.createCanvasContext("above", { beforeLayer: "mouse" });
  sigma.resize(true);
  const layers = ["below", "above"].map((name) => [hooks[name], sigma.getCanvases()[name].getContext("2d")]);
  const paint = () => {
    for (const [draw, context] of layers) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      draw(context);
    }
  };
  let resting = 0;
  sigma.on("afterRender", () => {
    paint();
    clearTimeout(resting);
    resting = setTimeout(hooks.settled, 150);
  });
  sigma.on("enterNode", ({ node }) => hooks.hover(Number(node)));
  sigma.on("leaveNode", () => hooks.hover(null));

  const pause = 220; // after a click, for a second one that may follow
  let clicked = 0;
  sigma.on("clickNode", ({ node }) => {
    clearTimeout(clicked);
    clicked = setTimeout(() => hooks.click(Number(node)), pause);
  });
  sigma.on("clickStage", () => hooks.click(null));
  sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
    clearTimeout(clicked);
    preventSigmaDefault();
    hooks.open(Number(node));
  });
  camera.setState({ ratio: 1.12 });
  sigma.setGraph(graph);
  requestAnimationFrame(hooks.ready);

  return {
    sigma,
    fitted: true,
    view: () => ({
      x: (camera.x - 0.5) * 2 * span, y: (0.5 - camera.y) * 2 * span, scale: scaleNow(),
      width: element.clientWidth, height: element.clientHeight,
    }),
    look: ({ x, y, scale }, moving) => {
      const ratio = (camera.ratio * scaleNow()) / scale;
      const state = { x: 0.5 + x / (2 * span), y: 0.5 - y / (2 * span), ratio, angle: 0 };
      if (moving) camera.animate(state, { duration: 350, easing: "quadraticInOut" });
      else {
        camera.setState(state);
        sigma.render();
      }
    },
    repaint: () => paint(),
    recolor: () => {
      graph.forEachNode((id, attributes) => paintNode(nodes[id], attributes));
      graph.forEachEdge((id, attributes) => { attributes.color = hooks.lineOf(edges[id]); });
      sigma.refresh();
    },
    update: () => {
      graph.forEachNode((id, attributes) => { attributes.hidden = !nodes[id].shown; });
      graph.forEachEdge((id, attributes) => { attributes.hidden = !edges[id].shown; });
      sigma.refresh();
    },
    move: (moved) => {
      for (const { id, x, y } of moved) Object.assign(graph.getNodeAttributes(id), { x, y: -y });
      sigma.refresh();
    },
    select: () => {},
  };
};

globalThis.drawMap = drawMap;
