// Read an exported file with a library that is not its writer; print nodes and edges as JSON.
// node read.js FORMAT FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import cytoscape from "cytoscape";
import graphology from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";

const { MultiDirectedGraph, MultiGraph } = graphology;

function ofGraphology(graph) {
  return {
    nodes: graph.mapNodes((id, attributes) => ({ id, ...attributes })),
    edges: graph.mapEdges((id, attributes, source, target) => ({ id, source, target, ...attributes })),
  };
}

function ofCytoscape(text) {
  const { elements } = JSON.parse(text);
  const drawing = cytoscape({ headless: true, layout: { name: "preset" }, elements });
  return {
    nodes: drawing.nodes().map((node) => ({ ...node.data(), ...node.position() })),
    edges: drawing.edges().map((edge) => edge.data()),
  };
}

// Neo4j's grammar (of a version before today's CREATE CONSTRAINT) judges the statements; their lists of maps
// are JavaScript too, so that their values can be had without a database.
function ofCypher(text) {
  const statements = text.replace(/^CREATE CONSTRAINT .*\n/gm, "").trimEnd();
  const errors = statements ? syntaxErrors(statements) : [];
  const nodes = [];
  const edges = [];
  for (const [, list, does] of statements.matchAll(/^UNWIND (\[[^]*?\n\]) AS row (.*);$/gm)) {
    const rows = runInNewContext(list);
    if (does.startsWith("MERGE (n:")) {
      const labels = [...does.matchAll(/n:(\w+)/g)].map((found) => found[1]);
      nodes.push(...rows.map((row) => ({ ...row, labels })));
    } else {
      const relation = does.match(/\[r:(\w+)\]/)[1];
      edges.push(...rows.map(({ source, target, known }) => ({ source, target, relation, ...known })));
    }
  }
  return { nodes, edges, errors };
}

function syntaxErrors(text) {
  const require = createRequire(import.meta.url);
  const { CypherLexer, CypherParser } = require("@neo4j-cypher/antlr4");
  const { default: antlr4 } = require("antlr4");
  const errors = [];
  const listener = {
    syntaxError: (recognizer, symbol, line, column, message) => errors.push(`${line}:${column} ${message}`),
    reportAmbiguity() {},
    reportAttemptingFullContext() {},
    reportContextSensitivity() {},
  };
  const lexer = new CypherLexer(new antlr4.InputStream(text));
  const parser = new CypherParser(new antlr4.CommonTokenStream(lexer));
  for (const recognizer of [lexer, parser]) {
    recognizer.removeErrorListeners();
    recognizer.addErrorListener(listener);
  }
  parser.cypher();
  return errors;
}

const readers = {
  cyjs: ofCytoscape,
  cypher: ofCypher,
  gexf: (text) => ofGraphology(gexf.parse(MultiGraph, text)),
  graphml: (text) => ofGraphology(graphml.parse(MultiDirectedGraph, text)),
  graphology: (text) => ofGraphology(MultiDirectedGraph.from(JSON.parse(text))),
};

const [format, file] = process.argv.slice(2);
process.stdout.write(JSON.stringify(readers[format](readFileSync(file, "utf-8"))));
