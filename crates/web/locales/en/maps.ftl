# The base map
map-base = Base map
map-made = Made for demonstration, not surveyed
map-border = district border: ChinaAdminDivisonSHP (MIT)
map-osm = © OpenStreetMap contributors
