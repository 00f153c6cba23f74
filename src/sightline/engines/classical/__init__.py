"""The segmenter that is built in: boxes made tight, outlines from boxes and clicks."""
