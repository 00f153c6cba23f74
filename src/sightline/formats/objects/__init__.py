"""Objects as other tools write them: boxes, polygons, masks, keypoints, in streams."""
