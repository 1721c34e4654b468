# 底图
map-base = 底图
map-made = 示例地图，非实测
map-border = 区界：ChinaAdminDivisonSHP（MIT）
map-osm = © OpenStreetMap contributors
